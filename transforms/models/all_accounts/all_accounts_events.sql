-- rows of the mart events of every dataset in the variable account_datasets
{{ union_of_accounts('events') }}
