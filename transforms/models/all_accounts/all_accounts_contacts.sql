-- rows of the mart contacts of every dataset in the variable account_datasets
{{ union_of_accounts('contacts') }}
