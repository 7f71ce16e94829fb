-- rows of the mart sign_up_cohorts of every dataset in the variable account_datasets
{{ union_of_accounts('sign_up_cohorts') }}
