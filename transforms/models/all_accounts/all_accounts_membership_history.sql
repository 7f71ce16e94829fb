-- rows of the mart membership_history of every dataset in the variable account_datasets
{{ union_of_accounts('membership_history') }}
