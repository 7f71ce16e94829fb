-- rows of the mart send_frequency of every dataset in the variable account_datasets
{{ union_of_accounts('send_frequency') }}
