-- rows of the mart bounces of every dataset in the variable account_datasets
{{ union_of_accounts('bounces') }}
