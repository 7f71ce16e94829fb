-- rows of the mart engagement_history of every dataset in the variable account_datasets
{{ union_of_accounts('engagement_history') }}
