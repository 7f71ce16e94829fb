"""Names, places and words from which the account is made up. Pure data; all domains are invented or
consumer ones.

Invented company domains end in .example, which nobody can register (RFC 2606).
"""

from __future__ import annotations

import unicodedata


def ascii_slug(text: str) -> str:
    """The letters of `text` that an e-mail address may hold; "x" when there are none."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(c for c in plain.lower() if c.isalnum()) or "x"


FIRST_NAMES = """
Emma Olivia Noah Liam Sophia Mia Ethan Ava James Amelia Lucas Harper Evelyn Henry Jack Grace Chloe Owen
Leo Ella Daniel Maria Camila Mateo Valentina Santiago Lucía Diego Sofía Javier Inês João Beatriz Tiago
Rafael Thaís Chiara Matteo Giulia Lorenzo Francesca Zoé Hugo Léa Jules Élodie Benoît Anaïs Lukas Hannah
Jürgen Käthe Jonas Friederike Sven Ingrid Bjørn Astrid Søren Åsa Linnea Mikko Aino Väinö Katarzyna
Łukasz Zofia Piotr Agnieszka Tomáš Jiří Veronika Eszter László Zoltán Ioana Andrei Milica Nikola Elif
Mehmet Ayşe Emre Yusuf Fatima Omar Layla Hassan Noor Amina Karim Samira Priya Arjun Ananya Rohan Deepika
Vikram Meera Sanjay Aisha Imran Mei Wei Jing Hao Xin Yuki Haruto Sakura Kenji Aiko Minjun Seo-yeon Jiho
Hana Linh Minh Thảo Anh Nguyệt Somchai Malee Putri Budi Siti Agus Kwame Ama Kofi Efua Chidi Ngozi Amara
Tunde Folake Zola Thabo Lindiwe Wanjiku Otieno Makena Tesfaye Selam Aroha Tane Moana Kai Leilani Siobhán
Niamh Cillian Aoife Rhys Carys Fiona Ewan Isla Callum Dimitrios Eleni Georgios Olga Dmitri Svetlana Ivan
Natalia Oksana Taras Rivka Avi Noam Tamar Guadalupe Xochitl Ximena Joaquín Catalina Emilio Rosa Hector
Marisol Darnell Keisha Tyrone Latoya Jamal Brooke Tyler Madison Cody Paige Wyatt Savannah Austin Sierra
Dakota June Walter Ruth Harold Doris Vernon
""".split()  # noqa: SIM905 - a list literal would be three pages long
LAST_NAMES = """
Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Thomas Moore Martin Jackson
Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Baker
Nelson Carter Mitchell Perez Roberts Turner Phillips Campbell Parker Evans Edwards Collins Stewart
Morris Murphy Cook Rogers Garcia Rodríguez Martínez Hernández López González Sánchez Ramírez Flores
Gómez Díaz Cruz Reyes Ortiz Gutiérrez Silva Santos Oliveira Souza Pereira Araújo Rossi Russo Ferrari
Esposito Bianchi Dubois Lefèvre Moreau Girard Müller Schneider Weiß Schröder Hoffmann Köhler Jansen
Bakker deVries Nielsen Sørensen Østergaard Lindqvist Bergström Åkesson Virtanen Korhonen Kowalski
Wiśniewska Zieliński Novák Dvořák Nagy Szabó Popescu Ionescu Petrović Jovanović Yılmaz Kaya Demir Öztürk
Khan Ahmed Hussain Malik Patel Sharma Gupta Singh Iyer Reddy Mukherjee Nair Wang Li Zhang Chen Liu Yang
Huang Zhao Tanaka Suzuki Watanabe Yamamoto Nakamura Kim Park Choi Jung Nguyễn Trần Lê Phạm Santoso
Wijaya Mensah Owusu Boateng Okafor Adeyemi Eze Balogun Dlamini Nkosi Kamau Mwangi Abebe Tadesse Haile
O'Brien O'Connor Byrne Kelly McCarthy MacDonald Fraser Davies Llewellyn Papadopoulos Ivanova Petrov
Kuznetsov Shevchenko Kovalenko Cohen Levi Mizrahi Begay Tso Kealoha Ngata Freeman Washington Jefferson
Booker Banks Hayes Bryant Alexander Russell Griffin Foster Butler Simmons Patterson Jordan Reynolds
""".split()  # noqa: RUF001, SIM905 - names as their owners write them; a list literal would be three pages long
RARE_NAMES = (
    ("Zoë 🌻", "Lark"),
    ("李", "小龍"),
    ("محمد", "العبدالله"),
    ("Алёна", "Щербакова"),
    ("しょうこ", "佐々木"),
    ("Γεώργιος-Αλέξανδρος", "Παπαδόπουλος-Κωνσταντινίδης"),
    ("ประภัสสร", "วงศ์ประเสริฐ"),
    ("Mary-Jane 👩‍🌾", "Fitzgerald-Montgomery"),
    ("Dr. A. J.", "St. Clair"),
    ('Robert "Bob"', "O\\Hara"),
)
CONSUMER_DOMAINS = (
    "gmail.com",
    "gmail.com",
    "gmail.com",
    "gmail.com",
    "gmail.com",
    "yahoo.com",
    "yahoo.com",
    "outlook.com",
    "hotmail.com",
    "icloud.com",
    "aol.com",
    "comcast.net",
    "proton.me",
    "gmx.net",
)
COMPANIES = (
    ("Harbor Light Bakery", "harborlight.example"),
    ("Northfield Veterinary", "northfieldvet.example"),
    ("Maple & Main Realty", "maplemain.example"),
    ("Blue Heron Yoga", "blueheron.example"),
    ("Castillo Landscaping", "castillo-landscaping.example"),
    ("Granite State Cycles", "granitecycles.example"),
    ("Riverside Community Church", "riversidechurch.example"),
    ("Sunrise Pediatrics", "sunrisepeds.example"),
    ("Old Mill Books", "oldmillbooks.example"),
    ("Tidewater Plumbing", "tidewaterplumbing.example"),
    ("Peak Dental Group", "peakdental.example"),
    ("Juniper Event Co.", "juniperevents.example"),
    ("Fisher & Sons Hardware", "fisherhardware.example"),
    ("Lakeview Historical Society", "lakeviewhistory.example"),
    ("Café Perséphone", "persephone.example"),
    ("Greenleaf Accounting", "greenleafcpa.example"),
    ("Wagging Tails Rescue", "waggingtails.example"),
    ("Copper Kettle Brewing", "copperkettle.example"),
    ("Brightside Montessori", "brightside.example"),
    ("Atlas Moving & Storage", "atlasmoving.example"),
)
JOBS = (
    "Owner",
    "Office Manager",
    "Teacher",
    "Nurse",
    "Marketing Director",
    "Volunteer Coordinator",
    "Accountant",
    "Software Engineer",
    "Musician",
    "Retired",
    "Photographer",
    "Sales Associate",
    "Executive Director",
    "Chef",
)
PLACES = (
    ("Boston", "Massachusetts", "02118"),
    ("Worcester", "Massachusetts", "01608"),
    ("Portland", "Maine", "04101"),
    ("Providence", "Rhode Island", "02903"),
    ("Hartford", "Connecticut", "06103"),
    ("Albany", "New York", "12207"),
    ("Brooklyn", "New York", "11215"),
    ("Chicago", "Illinois", "60609"),
    ("Austin", "Texas", "78704"),
    ("Denver", "Colorado", "80205"),
    ("Tucson", "Arizona", "85701"),
    ("Seattle", "Washington", "98103"),
    ("Oakland", "California", "94607"),
    ("San José", "California", "95112"),
    ("Nashville", "Tennessee", "37206"),
    ("Raleigh", "North Carolina", "27601"),
    ("Miami", "Florida", "33130"),
    ("Duluth", "Minnesota", "55802"),
)
STREETS = (
    "Maple Street",
    "Main Street",
    "Oak Avenue",
    "Washington Street",
    "Elm Court",
    "Park Place",
    "Sunset Boulevard",
    "Highland Road",
    "Mill Lane",
    "Church Street",
    "Cedar Drive",
    "Harbor Way",
    "Franklin Street",
    "2nd Avenue",
)
NOTES = (
    "Met at the spring fair; asked about gift cards.",
    "Prefers to be called after 5 pm.",
    "Resubscribed in person, signed the paper form.",
    "Donated to the autumn appeal. Send a thank-you card!",
    "Asked for the Spanish edition: «boletín en español, por favor».",
    "VIP 🎉 – brings five friends to every workshop.",  # noqa: RUF001 - as people write
)
LIST_NAMES = (
    ("General Interest", "Everyone who signs up without choosing", 55),
    ("Monthly Newsletter", "News on the first Tuesday of the month", 40),
    ("Customers", "Bought at least once", 25),
    ("Event Attendees 2025", "Open house, tastings, workshops", 12),
    ("Website sign-ups", "Footer form and pop-up", 30),
    ("VIP – early access", "Repeat buyers; offers one day early", 6),  # noqa: RUF001 - as people write
    ("Volunteers & Donors", "Annual appeal and helpers", 9),
    ("Press / Partners", "Local press, chamber of commerce", 3),
    ("Boletín en español", "Lectores en español", 5),
)
TAG_NAMES = (
    "Gold member",
    "lapsed 2024",
    "Gift card",
    "spring-fair",
    "B2B",
    "Referred by a friend",
    "wholesale",
    "⭐ super fan",
)
OPT_OUT_REASONS = (
    "I am no longer interested in this service.",
    "The content is not what I expected",
    "I receive too many e-mails",
    "I never signed up",
    "",
)
CAMPAIGN_TOPICS = (
    "Monthly News",
    "Spring Open House",
    "New Arrivals",
    "Member Appreciation Week",
    "Weekend Workshop",
    "Holiday Hours",
    "Flash Sale",
    "Our Story",
    "Behind the Scenes",
    "Gift Guide",
    "Volunteer Day",
    "Year in Review",
    "Recipe of the Month",
)
SUBJECTS = (
    "{topic}: what is new this month",
    "Your invitation: {topic}",
    "{topic} – last chance to save a seat",  # noqa: RUF001 - as people write
    "☀️ {topic} is here",
    "{topic}: three things worth knowing",
    "A note from Jo about {topic}",
)
LINK_PATHS = ("shop/new", "events/rsvp", "blog/story", "gift-cards", "visit/hours", "donate")
