namespace MailCluster.Imap.Tests.Fetch;

/// <summary>A message put together from pieces, so that what each section must be is known without parsing it.</summary>
internal static class SampleMessage
{
    public const string Header =
        "Received: from a\r\n\tby b\r\nDate: Mon, 7 Feb 1994 21:52:25 -0800\r\nFrom: Terry Gray <gray@cac.washington.edu>\r\n"
        + "Subject: IMAP4rev2 WG mtg \"summary\"\r\nTo: imap@cac.washington.edu, \"M. Crispin\" <MRC@CAC.washington.edu>\r\nReceived: from c\r\n"
        + "Message-Id: <B27397-0100000@cac.washington.edu>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\n";

    public const string Mime1 = "Content-Type: text/plain; charset=us-ascii\r\nContent-ID: <one@x>\r\n\r\n";
    public const string Body1 = "First part\r\nwith two lines\r\n";
    public const string Mime2 = "Content-Type: application/octet-stream; name=\"d.bin\"\r\nContent-Transfer-Encoding: base64\r\n"
        + "Content-Disposition: attachment; filename=\"d.bin\"\r\n\r\n";

    public const string Body2 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIj\r\nJCUmJygpKissLS4v\r\n";
    public const string Mime3 = "Content-Type: message/rfc822\r\n\r\n";
    public const string InnerHeader =
        "From: inner@x\r\nSubject: Inner\r\nX-Note: a\r\n b\r\nContent-Type: multipart/alternative; boundary=inner\r\n\r\n";

    public const string InnerMime1 = "Content-Type: text/plain\r\n\r\n";
    public const string InnerBody1 = "plain";
    public const string InnerMime2 = "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";
    public const string InnerBody2 = "<p>caf=C3=A9=20</p>";
    public const string InnerText =
        "--inner\r\n" + InnerMime1 + InnerBody1 + "\r\n--inner\r\n" + InnerMime2 + InnerBody2 + "\r\n--inner--\r\n";

    public const string Body3 = InnerHeader + InnerText;
    public const string Mime4 = "Content-Type: text/plain\r\nContent-Transfer-Encoding: x-own\r\n\r\n";
    public const string Body4 = "?";
    public const string Text = "Preamble\r\n--outer\r\n" + Mime1 + Body1 + "\r\n--outer\r\n" + Mime2 + Body2 + "\r\n--outer\r\n" + Mime3 + Body3
        + "\r\n--outer\r\n" + Mime4 + Body4 + "\r\n--outer--\r\nEpilogue\r\n";

    public const string Whole = Header + Text;

    /// <summary>Every section and what it must be; null for NIL.</summary>
    public static readonly (string Section, string? Expected)[] Sections =
    [
        ("BODY[]", Whole),
        ("BODY[HEADER]", Header),
        ("BODY[TEXT]", Text),
        ("BODY[1]", Body1),
        ("BODY[1.MIME]", Mime1),
        ("BODY[2]", Body2),
        ("BODY[2.MIME]", Mime2),
        ("BODY[3]", Body3),
        ("BODY[3.MIME]", Mime3),
        ("BODY[3.HEADER]", InnerHeader),
        ("BODY[3.TEXT]", InnerText),
        ("BODY[3.1]", InnerBody1),
        ("BODY[3.1.MIME]", InnerMime1),
        ("BODY[3.2]", InnerBody2),
        ("BODY[3.2.MIME]", InnerMime2),
        ("BODY[4]", Body4),
        ("BODY[5]", null),
        ("BODY[1.1]", null),
        ("BODY[1.HEADER]", null),
        ("BODY[3.3]", null),
        ("BODY[3.HEADER.FIELDS (Subject x-note)]", "Subject: Inner\r\nX-Note: a\r\n b\r\n\r\n"),
        ("BODY[3.HEADER.FIELDS.NOT (Subject x-note Content-Type)]", "From: inner@x\r\n\r\n"),
        ("BODY[HEADER.FIELDS (RECEIVED subject)]",
            "Received: from a\r\n\tby b\r\nSubject: IMAP4rev2 WG mtg \"summary\"\r\nReceived: from c\r\n\r\n"),
        ("BODY[HEADER.FIELDS (X-None)]", "\r\n"),
        ("BODY[HEADER.FIELDS.NOT (Received Date From Subject To Message-Id MIME-Version)]",
            "Content-Type: multipart/mixed; boundary=outer\r\n\r\n"),
    ];
}
