-- Do questions, numbers or names in the subject go with more opens?
-- A correlation over past mails, no proof; averages over mails, each counted once.
select
    has_question,
    has_number,
    is_personalised,
    count(*) as mails,
    avg(open_rate) as average_open_rate
from {{ ref('subject_lines') }}
where open_rate is not null
group by
    has_question,
    has_number,
    is_personalised
order by
    average_open_rate desc,
    mails desc
