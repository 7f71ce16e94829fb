-- rows of the mart devices of every dataset in the variable account_datasets
{{ union_of_accounts('devices') }}
