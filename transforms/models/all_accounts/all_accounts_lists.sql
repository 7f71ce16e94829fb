-- rows of the mart lists of every dataset in the variable account_datasets
{{ union_of_accounts('lists') }}
