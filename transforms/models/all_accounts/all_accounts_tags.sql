-- rows of the mart tags of every dataset in the variable account_datasets
{{ union_of_accounts('tags') }}
