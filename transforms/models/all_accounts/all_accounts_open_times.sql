-- rows of the mart open_times of every dataset in the variable account_datasets
{{ union_of_accounts('open_times') }}
