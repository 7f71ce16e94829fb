-- rows of the mart social_profiles of every dataset in the variable account_datasets
{{ union_of_accounts('social_profiles') }}
