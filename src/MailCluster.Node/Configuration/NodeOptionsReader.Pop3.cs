using System.Globalization;
using MailCluster.Hocon.Binding;
using MailCluster.Mailboxes;
using MailCluster.Pop3.Uidl;

namespace MailCluster.Node.Configuration;

internal static partial class NodeOptionsReader
{
    private const int KeywordLengthMax = 100;

    private static Pop3ServiceOptions ReadPop3(HoconSection section)
    {
        var folder = section.Text("folder", IsFolderName);
        var uidl = section.Text("uidl-format", IsUidlTemplate);
        var isFlagged = section.Choice("delete-type", ("expunge", false), ("flag", true));
        var keyword = section.Text("deleted-flag", IsKeyword);
        return new Pop3ServiceOptions
        {
            Folder = FolderName.TryCreate(folder, out var name, out _) ? name : FolderName.Inbox,
            UidlFormat = UidlTemplate.TryParse(uidl, out var template, out _) ? template : UidlTemplate.Default,
            IsExclusive = section.Choice("lock", ("shared", false), ("exclusive", true)),
            Lease = section.Duration("lock-lease", TimeSpan.FromSeconds(5), TimeSpan.FromHours(1)),
            LoginDelay = section.Duration("login-delay", TimeSpan.Zero, TimeSpan.FromDays(1)),
            MarksSeen = section.Boolean("flag-updates"),
            DeletedKeyword = isFlagged ? keyword : null,
            TellsStoredSizes = section.Boolean("stored-sizes"),
            HasLast = section.Boolean("last"),
            RefusesUtf8 = section.Choice("utf8-unasked", ("send", false), ("refuse", true)),
            ExpireDays = ExpireDays(section.Text("expire", IsExpire)),
            ShowImplementation = section.Boolean("show-version"),
            BadCommands = section.Integer("bad-commands", 1, 1_000_000),
        };
    }

    private static string? IsFolderName(string text) => FolderName.TryCreate(text, out _, out var problem) ? null : $"a folder name ({problem})";

    private static string? IsUidlTemplate(string text) => UidlTemplate.TryParse(text, out _, out var problem) ? null : "a template of UIDLs: " + problem;

    // RFC 9051 §9, flag-keyword: an atom.
    private static string? IsKeyword(string text) =>
        text.Length is > 0 and <= KeywordLengthMax && text.All(static c => c is > ' ' and < '\u007f' and not ('(' or ')' or '{' or '%' or '*' or '"' or '\\' or ']'))
            ? null
            : "a keyword";

    private static string? IsExpire(string text) => text == "off" || ExpireDays(text) is not null ? null : "off, never, or a number of days";

    private static int? ExpireDays(string text) => text == "never" ? -1 : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) ? days : null;
}
