-- rows of the mart repeat_bouncers of every dataset in the variable account_datasets
{{ union_of_accounts('repeat_bouncers') }}
