-- rows of the mart reconciliation of every dataset in the variable account_datasets
{{ union_of_accounts('reconciliation') }}
