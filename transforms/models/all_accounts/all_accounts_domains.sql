-- rows of the mart domains of every dataset in the variable account_datasets
{{ union_of_accounts('domains') }}
