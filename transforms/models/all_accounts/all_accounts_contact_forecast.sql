-- rows of the mart contact_forecast of every dataset in the variable account_datasets
{{ union_of_accounts('contact_forecast') }}
