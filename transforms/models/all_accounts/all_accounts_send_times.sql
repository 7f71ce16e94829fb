-- rows of the mart send_times of every dataset in the variable account_datasets
{{ union_of_accounts('send_times') }}
