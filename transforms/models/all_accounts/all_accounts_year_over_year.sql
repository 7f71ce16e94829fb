-- rows of the mart year_over_year of every dataset in the variable account_datasets
{{ union_of_accounts('year_over_year') }}
