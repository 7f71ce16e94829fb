-- rows of the mart landing_pages of every dataset in the variable account_datasets
{{ union_of_accounts('landing_pages') }}
