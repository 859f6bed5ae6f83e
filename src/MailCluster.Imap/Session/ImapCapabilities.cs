using System.Text;
using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session;

/// <summary>One capability and when it is shown.</summary>
/// <param name="Name">As advertised; for those with an argument, without it.</param>
/// <param name="IsShown">Whether a session sees it now.</param>
internal sealed record ImapCapability(string Name, Func<ImapSession, bool> IsShown)
{
    public byte[] Bytes { get; } = Encoding.ASCII.GetBytes(Name);
}

/// <summary>The capabilities, in the order in which they are shown; a test asks for a scripted conversation for each.</summary>
internal static class ImapCapabilities
{
    /// <summary>Those without an argument. <c>AUTH=</c>, <c>APPENDLIMIT=</c> and <c>IMAPSIEVE=</c> follow them.</summary>
    public static IReadOnlyList<ImapCapability> All { get; } =
    [
        Always("IMAP4rev1"),
        Always("IMAP4rev2"),
        Always("SASL-IR"),
        Always("LITERAL+"),
        Always("ID"),
        Always("ENABLE"),
        // RFC 9051 §6.2.1: only before login.
        new("STARTTLS", static session => !session.IsLoggedIn && session.Connection.CanStartTls),

        // RFC 9051 §6.2.3
        new("LOGINDISABLED", static session => !session.IsLoggedIn && !session.Services.Login.MaySendPassword(session.Connection)),
        LoggedIn("IDLE"),
        LoggedIn("NAMESPACE"),
        LoggedIn("UNSELECT"),
        LoggedIn("UIDPLUS"),
        LoggedIn("MOVE"),
        LoggedIn("ESEARCH"),
        LoggedIn("SEARCHRES"),
        LoggedIn("CHILDREN"),
        LoggedIn("LIST-EXTENDED"),
        LoggedIn("LIST-STATUS"),
        LoggedIn("SPECIAL-USE"),
        LoggedIn("CREATE-SPECIAL-USE"),
        LoggedIn("STATUS=SIZE"),
        LoggedIn("BINARY"),
        LoggedIn("MULTIAPPEND"),
        LoggedIn("CONDSTORE"),
        LoggedIn("QRESYNC"),
        LoggedIn("SAVEDATE"),
        LoggedIn("OBJECTID"),
        LoggedIn("PREVIEW"),
        LoggedIn("WITHIN"),
        LoggedIn("QUOTA"),
        LoggedIn("QUOTA=RES-STORAGE"),
        LoggedIn("QUOTA=RES-MESSAGE"),
        // RFC 5464 §5: METADATA is for folders and the server; METADATA-SERVER would mean the server alone.
        WithMetadata("METADATA"),
        WithMetadata("LIST-METADATA"),
    ];

    /// <summary>Writes <c>CAPABILITY IMAP4rev1 …</c>.</summary>
    public static void Write(scoped ref ResponseWriter writer, ImapSession session)
    {
        writer.Raw("CAPABILITY"u8);
        foreach (var capability in All)
        {
            if (!capability.IsShown(session))
                continue;
            writer.Space();
            writer.Raw(capability.Bytes);
        }

        if (session.IsLoggedIn)
        {
            // RFC 7889 §2
            writer.Raw(" APPENDLIMIT="u8);
            writer.Number(session.Services.Options.MessageSizeMax);
            if (session.Services.Options.SieveUrl is { } url)
            {
                // RFC 6785 §2.1
                writer.Raw(" IMAPSIEVE="u8);
                writer.Ascii(url);
            }

            return;
        }

        foreach (var mechanism in session.Services.Login.OfferedNames(session.Connection))
        {
            writer.Raw(" AUTH="u8);
            writer.Ascii(mechanism);
        }
    }

    private static ImapCapability Always(string name) => new(name, static _ => true);

    // Below its level a cluster has no annotations yet: who is told of none does not ask.
    private static ImapCapability WithMetadata(string name) => new(
        name, static session => session.IsLoggedIn && session.Services.Options.Metadata && session.Services.Mailboxes.Level >= MailboxLevel.Filtering);

    private static ImapCapability LoggedIn(string name) => new(name, static session => session.IsLoggedIn);
}
