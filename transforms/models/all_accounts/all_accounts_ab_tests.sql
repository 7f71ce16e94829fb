-- rows of the mart ab_tests of every dataset in the variable account_datasets
{{ union_of_accounts('ab_tests') }}
