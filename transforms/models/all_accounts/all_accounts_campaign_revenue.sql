-- rows of the mart campaign_revenue of every dataset in the variable account_datasets
{{ union_of_accounts('campaign_revenue') }}
