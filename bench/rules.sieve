# Thirty rules as filter editors write them. The messages of the load generator are wanted by the last one only.
require ["fileinto", "mailbox", "imap4flags", "copy", "envelope", "subaddress"];

if header :contains ["From", "Sender"] ["person0@", "team0@"] { fileinto "Folder0"; stop; }
if address :is :domain ["To", "Cc"] "domain1.example" { addflag "$Work"; fileinto "Folder1"; stop; }
if header :matches "Subject" ["*[project-2]*", "Re: ticket-2*"] { fileinto "Folder2"; stop; }
if allof (header :contains "List-Id" "list3.example", not size :over 1M) { redirect :copy "other3@example.net"; }
if anyof (envelope :is "from" "bounce4@example.org", address :detail "To" "detail4") { discard; stop; }
if header :contains ["From", "Sender"] ["person5@", "team5@"] { fileinto "Folder5"; stop; }
if address :is :domain ["To", "Cc"] "domain6.example" { addflag "$Work"; fileinto "Folder6"; stop; }
if header :matches "Subject" ["*[project-7]*", "Re: ticket-7*"] { fileinto "Folder7"; stop; }
if allof (header :contains "List-Id" "list8.example", not size :over 1M) { redirect :copy "other8@example.net"; }
if anyof (envelope :is "from" "bounce9@example.org", address :detail "To" "detail9") { discard; stop; }
if header :contains ["From", "Sender"] ["person10@", "team10@"] { fileinto "Folder10"; stop; }
if address :is :domain ["To", "Cc"] "domain11.example" { addflag "$Work"; fileinto "Folder11"; stop; }
if header :matches "Subject" ["*[project-12]*", "Re: ticket-12*"] { fileinto "Folder12"; stop; }
if allof (header :contains "List-Id" "list13.example", not size :over 1M) { redirect :copy "other13@example.net"; }
if anyof (envelope :is "from" "bounce14@example.org", address :detail "To" "detail14") { discard; stop; }
if header :contains ["From", "Sender"] ["person15@", "team15@"] { fileinto "Folder15"; stop; }
if address :is :domain ["To", "Cc"] "domain16.example" { addflag "$Work"; fileinto "Folder16"; stop; }
if header :matches "Subject" ["*[project-17]*", "Re: ticket-17*"] { fileinto "Folder17"; stop; }
if allof (header :contains "List-Id" "list18.example", not size :over 1M) { redirect :copy "other18@example.net"; }
if anyof (envelope :is "from" "bounce19@example.org", address :detail "To" "detail19") { discard; stop; }
if header :contains ["From", "Sender"] ["person20@", "team20@"] { fileinto "Folder20"; stop; }
if address :is :domain ["To", "Cc"] "domain21.example" { addflag "$Work"; fileinto "Folder21"; stop; }
if header :matches "Subject" ["*[project-22]*", "Re: ticket-22*"] { fileinto "Folder22"; stop; }
if allof (header :contains "List-Id" "list23.example", not size :over 1M) { redirect :copy "other23@example.net"; }
if anyof (envelope :is "from" "bounce24@example.org", address :detail "To" "detail24") { discard; stop; }
if header :contains ["From", "Sender"] ["person25@", "team25@"] { fileinto "Folder25"; stop; }
if address :is :domain ["To", "Cc"] "domain26.example" { addflag "$Work"; fileinto "Folder26"; stop; }
if header :matches "Subject" ["*[project-27]*", "Re: ticket-27*"] { fileinto "Folder27"; stop; }
if allof (header :contains "List-Id" "list28.example", not size :over 1M) { redirect :copy "other28@example.net"; }
if header :is "X-Mailer" "bench" { fileinto :create "Lists"; }
