-- rows of the mart subject_lines of every dataset in the variable account_datasets
{{ union_of_accounts('subject_lines') }}
