-- rows of the mart list_growth of every dataset in the variable account_datasets
{{ union_of_accounts('list_growth') }}
