namespace MailCluster.Sieve.Tests;

/// <summary>Scripts that use much of the language, for what is to hold of any script.</summary>
internal static class Samples
{
    internal static IReadOnlyList<string> All { get; } =
    [
        """
        require ["fileinto", "envelope", "variables", "relational", "comparator-i;ascii-numeric", "imap4flags", "copy", "body", "date", "index", "subaddress"];
        # rules
        if allof (header :contains ["Subject", "X-Caffeine"] ["present", "c8h"], not size :over 100K) {
            addflag ["\\Seen", "a b"];
            fileinto :copy "one";
        } elsif anyof (address :detail :is "to" "x", envelope :domain "from" "example.org") {
            redirect "a@b.example";
            stop;
        }
        if header :matches "subject" "* have *" { set :upperfirst "v" "${1}-${2}"; }
        if string :value "ge" :comparator "i;ascii-numeric" "${v}" "12" { keep :flags "x"; } else { fileinto "INBOX.${v}"; }
        if date :index 1 :originalzone "received" "hour" "12" { removeflag "a"; }
        if body :text :contains "cliff" { discard; }
        """,
        """"
        require ["vacation", "vacation-seconds", "fcc", "mailbox", "enotify", "editheader", "duplicate", "regex", "include", "variables", "environment", "ihave", "special-use", "mailboxid", "fileinto"];
        global ["g", "h"];
        if duplicate :handle "h" :seconds 60 { stop; }
        vacation :seconds 1800 :subject "away" :addresses ["me@example.com"] :fcc "Sent" :create text:
        I am away.
        ..really
        .
        ;
        if header :regex "subject" "^I (have|had) ([a-z]+)" { addheader "X-What" "${2}"; }
        notify :importance "1" :message "${1}" "mailto:a@b.example?subject=x";
        deleteheader :index 1 :contains "x-what" "a";
        include :optional :once "other";
        set "g" "${g}${h}${global.h}";
        if environment :contains "name" "Mail" { fileinto :specialuse "\\Junk" :create "Spam"; }
        if ihave "vnd.nobody" { nobody; } else { fileinto :mailboxid "x" "y"; }
        return;
        """",
        """
        require ["foreverypart", "mime", "extracttext", "replace", "enclose", "variables", "reject", "mboxmetadata", "servermetadata", "extlists", "spamtest", "imap4flags"];
        foreverypart :name "a" {
            if header :mime :anychild :param "charset" "content-type" ["utf-8", "x"] { extracttext :first 10 :lower "t"; }
            foreverypart { if exists :mime "content-disposition" { break :name "a"; } else { replace :subject "s" "gone"; } }
        }
        enclose :subject "x" :headers ["From"] "around ${t}";
        if anyof (metadata :is "INBOX" "/private/x" "y", servermetadataexists "/shared/z", valid_ext_list "l", spamtest "3", hasflag :contains "x") { reject "no"; }
        """,
    ];
}
