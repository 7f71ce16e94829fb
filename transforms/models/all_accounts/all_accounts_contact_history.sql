-- rows of the mart contact_history of every dataset in the variable account_datasets
{{ union_of_accounts('contact_history') }}
