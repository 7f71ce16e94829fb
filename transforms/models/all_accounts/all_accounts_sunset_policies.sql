-- rows of the mart sunset_policies of every dataset in the variable account_datasets
{{ union_of_accounts('sunset_policies') }}
