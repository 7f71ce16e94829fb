-- rows of the mart contact_journey of every dataset in the variable account_datasets
{{ union_of_accounts('contact_journey') }}
