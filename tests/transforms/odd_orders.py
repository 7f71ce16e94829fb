"""Orders of a shop as no shop should keep them, and what follows from each on paper.

Ada clicked in mail spring-1 on 2 March, last at 15:32 UTC: her orders of the seven days after that are the mail's.
"""

from datetime import datetime
from typing import Any

at = datetime.fromisoformat
RELATION = "shop.odd_orders"
ODD_ORDERS = f"""
    create schema shop;
    create table {RELATION} (order_id text, email_address text, amount text, currency text, ordered_at timestamptz);
    insert into {RELATION} values
    ('1', ' ADA@gmail.com ', ' 12.50', 'eur ', '2026-03-02 17:00:00+02'),
    ('2', 'ada@gmail.com', '20', 'EUR', '2026-03-03 10:00:00+00'),
    ('2', 'ada@gmail.com', '20', 'EUR', '2026-03-03 10:00:00+00'),
    ('2', 'ada@gmail.com', '18', 'EUR', '2026-03-02 20:00:00+00'),
    ('3', 'ada@gmail.com', '30.5', 'USD', '2026-03-04 12:00:00+00'),
    ('3', 'ada@gmail.com', '-10', 'USD', '2026-03-06 12:00:00+00'),
    ('3', 'ada@gmail.com', '-10', 'USD', '2026-03-06 12:00:00+00'),
    ('3', 'ada@gmail.com', '-5', 'EUR', '2026-03-06 12:00:00+00'),
    ('4', 'ada@gmail.com', '-7.25', 'EUR', '2026-03-04 12:00:00+00'),
    ('4', 'ada@gmail.com', '-7.25', 'EUR', '2026-03-04 12:00:00+00'),
    ('5', 'ada@gmail.com', '1,5', 'EUR', '2026-03-09 15:32:00+00'),
    ('6', 'ada@gmail.com', '', null, '2026-03-09 15:32:01+00'),
    ('7', 'nobody@example.org', '4', 'EUR', '2026-03-03 10:00:00+00'),
    ('8', null, '3', 'EUR', '2026-03-03 10:00:00+00'),
    ('9', 'ada@gmail.com', '+3', 'EUR', null),
    ('10', ' ', 'NaN', 'GBP', '0001-01-01 00:00:00+00'),
    (' ', 'ada@gmail.com', '9', 'EUR', '2026-03-03 10:00:00+00'),
    (null, 'ada@gmail.com', '9', 'EUR', '2026-03-03 10:00:00+00');
"""
MODELS = ("--select", "int_order_rows", "int_orders", "attributed_orders", "campaign_revenue")
NOON = at("2026-03-04T12:00:00")
EXPECTED: dict[str, list[tuple[Any, ...]]] = {
    "select order_id, contact_id, campaign_activity_id, currency, amount, amount__raw, refunded_amount, order_rows,"
    " is_refund, seconds_from_click, ordered_at from attributed_orders order by cast(order_id as int)": [
        # 17:00 at +02:00 is 15:00 UTC, before the click, whatever the session's zone
        ("1", "ada", None, "EUR", 12.5, None, 0.0, 1, False, None, at("2026-03-02T15:00:00")),
        # three rows, of which the newest counts once; 3 March 10:00 is 18:28 h after the click
        ("2", "ada", "spring-1", "EUR", 20.0, None, 0.0, 3, False, 66480, at("2026-03-03T10:00:00")),
        # 30.5 - 10: the refund once, and none of the euros; 44:28 h
        ("3", "ada", "spring-1", "USD", 20.5, None, 10.0, 4, False, 160080, NOON),
        # a refund without its order is no mail's
        ("4", "ada", None, "EUR", -7.25, None, 7.25, 2, True, None, NOON),
        # a comma is not guessed at; exactly seven days of 86,400 s
        ("5", "ada", "spring-1", "EUR", None, "1,5", 0.0, 1, False, 604800, at("2026-03-09T15:32:00")),
        ("6", "ada", None, None, None, None, 0.0, 1, False, None, at("2026-03-09T15:32:01")),
        ("7", None, None, "EUR", 4.0, None, 0.0, 1, False, None, at("2026-03-03T10:00:00")),
        ("8", None, None, "EUR", 3.0, None, 0.0, 1, False, None, at("2026-03-03T10:00:00")),
        ("9", "ada", None, "EUR", 3.0, None, 0.0, 1, False, None, None),
        ("10", None, None, "GBP", None, "NaN", 0.0, 1, False, None, None),
    ],
    # orders 2 and 5 in euros, 3 in dollars: two sums
    "select campaign_activity_id, currency, orders, buyers, revenue, revenue_per_delivery * deliveries"
    " from campaign_revenue order by currency": [
        ("spring-1", "EUR", 2, 1, 20.0, 20.0),
        ("spring-1", "USD", 1, 1, 20.5, 20.5),
    ],
    "select outcome, count(*), count(amount__raw) from constant_contact_staging_models.int_order_rows"
    " group by outcome order by outcome": [
        ("again", 4, 0),
        ("order", 10, 2),
        ("other_currency", 1, 0),
        ("refund", 1, 0),
        ("without_order_id", 2, 0),
    ],
}
