-- rows of the mart domain_weeks of every dataset in the variable account_datasets
{{ union_of_accounts('domain_weeks') }}
