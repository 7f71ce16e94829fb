-- rows of the mart event_registrations of every dataset in the variable account_datasets
{{ union_of_accounts('event_registrations') }}
