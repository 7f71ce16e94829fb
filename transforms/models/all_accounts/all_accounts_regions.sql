-- rows of the mart regions of every dataset in the variable account_datasets
{{ union_of_accounts('regions') }}
