-- rows of the mart email_events of every dataset in the variable account_datasets
{{ union_of_accounts('email_events') }}
