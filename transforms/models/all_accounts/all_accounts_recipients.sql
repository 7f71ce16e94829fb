-- rows of the mart recipients of every dataset in the variable account_datasets
{{ union_of_accounts('recipients') }}
