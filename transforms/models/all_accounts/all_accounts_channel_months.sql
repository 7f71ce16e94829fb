-- rows of the mart channel_months of every dataset in the variable account_datasets
{{ union_of_accounts('channel_months') }}
