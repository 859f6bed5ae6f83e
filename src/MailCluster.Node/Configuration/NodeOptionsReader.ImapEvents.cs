using MailCluster.Hocon.Binding;
using MailCluster.Mailboxes;

namespace MailCluster.Node.Configuration;

internal static partial class NodeOptionsReader
{
    private static ImapEventSettings ReadImapEvents(HoconSection section) => new()
    {
        Url = ReadSieveUrl(section),
        Rules = section.List("rules", ReadEventRule),
        ExpungesDiscarded = section.Boolean("expunge-discarded"),
        Accounts = section.Integer("accounts", 1, 1000),
        Queue = section.Integer("queue", 1, 1_000_000),
        GiveUp = section.Duration("give-up", TimeSpan.FromMinutes(1), TimeSpan.FromDays(30)),
    };

    // RFC 5804 §3: sieveurl-server.
    private static string? ReadSieveUrl(HoconSection section)
    {
        if (section.OptionalText("url") is not { } url)
            return null;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme != "sieve" || parsed.Host.Length == 0 || parsed.UserInfo.Length > 0
            || parsed.PathAndQuery is not ("" or "/") || parsed.Fragment.Length > 0 || !url.All(static c => c is > ' ' and <= '~'))
        {
            section.Fault("url", "expected the URL of a ManageSieve server, such as sieve://mail.example.com or sieve://mail.example.com:4190");
        }
        return url.TrimEnd('/');
    }

    // The list's entries are the user's alone: what they leave out has no default in the reference.
    private static ScriptEventRule ReadEventRule(HoconSection entry)
    {
        var folder = ReadPattern(entry, "folder", entry.Text("folder"));
        var from = entry.Has("from") ? ReadPattern(entry, "from", entry.Text("from")) : null;
        var causes = entry.Has("causes") ? ReadCauses(entry) : from is null ? ScriptCauses.All : ScriptCauses.Copy;
        var before = entry.Has("before") ? FileOf(entry, "before", entry.Text("before", NotEmpty)) : null;
        var after = entry.Has("after") ? FileOf(entry, "after", entry.Text("after", NotEmpty)) : null;
        if (before is null && after is null)
            entry.Fault("before", "expected a file here or in after: a rule without a script does nothing");
        if (from is not null && (causes & ~ScriptCauses.Copy) != 0)
            entry.Fault("causes", "expected [copy], since the rule says from where: nothing else comes from a folder");
        return new ScriptEventRule(folder, from, causes, before, after);
    }

    private static FolderPattern ReadPattern(HoconSection entry, string key, string text)
    {
        if (text.Length is > 0 and <= FolderName.LengthMax)
            return FolderPattern.Create(text);
        entry.Fault(key, "expected a folder's name; * stands for anything, % for anything within one level");
        return FolderPattern.Create("*");
    }

    private static ScriptCauses ReadCauses(HoconSection entry)
    {
        var causes = ScriptCauses.None;
        foreach (var text in entry.Texts("causes", static text => CauseOf(text) == ScriptCauses.None ? "append, copy or flag" : null))
            causes |= CauseOf(text);
        if (causes == ScriptCauses.None)
            entry.Fault("causes", "expected at least one of append, copy and flag");
        return causes;
    }

    private static ScriptCauses CauseOf(string text) => text.ToLowerInvariant() switch
    {
        "append" => ScriptCauses.Append,
        "copy" => ScriptCauses.Copy,
        "flag" => ScriptCauses.Flag,
        _ => ScriptCauses.None,
    };
}
