-- rows of the mart mail_sends of every dataset in the variable account_datasets
{{ union_of_accounts('mail_sends') }}
