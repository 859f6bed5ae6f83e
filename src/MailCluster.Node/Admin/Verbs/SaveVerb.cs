using System.Collections.Immutable;
using System.Globalization;
using MailCluster.Mailboxes;
using MailCluster.Node.Admin.Messages;
using Microsoft.AspNetCore.Http;

namespace MailCluster.Node.Admin.Verbs;

/// <summary>
/// <c>save</c>: the body of the request is the message. A file on this system mostly has bare LF; they become CRLF as IMAP needs (RFC
/// 5322 §2.3),
/// unless <c>raw=true</c> asks for the bytes as they are.
/// </summary>
internal sealed class SaveVerb(AccountSelection accounts, MessageIntake intake, TimeProvider time, AdminOptions options) : IAdminVerb
{
    private static readonly string[] DateForms =
        ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss zzz", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd", "d-MMM-yyyy HH:mm:ss zzz"];

    public string Path => "save";

    public async Task RunAsync(HttpRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        var query = request.Query;
        var unknown = query.Keys.FirstOrDefault(key => key is not ("user" or "mailbox" or "flags" or "date" or "raw"));
        if (unknown is not null) throw new AdminException(AdminExit.Usage, $"save has no {unknown}");
        var account = await accounts.OneAsync(query["user"].ToString(), cancellationToken);
        var folder = AccountSelection.Folder(query["mailbox"] is { Count: > 0 } mailbox ? mailbox.ToString() : "INBOX");
        var (flags, keywords) = FlagWords.Parse(query["flags"].ToString());
        var date = Date(query["date"].ToString());
        var message = await MessageUpload.ReadAsync(request, query["raw"] == "true", options.MessageOctetsMax, cancellationToken);
        using var prepared = intake.Prepare(message);
        var stored = await intake.StoreAsync(account, prepared, date, flags, keywords, cancellationToken);
        AppendResult result;
        try
        {
            result = await accounts.SendAsync(account, new AppendMessages(folder, [stored]), cancellationToken);
        }
        catch (MailboxRefusedException refused) when (refused.Reason != RefusalReason.Unavailable)
        {
            await intake.DiscardAsync(new[] { stored }, time.GetUtcNow(), cancellationToken);
            throw;
        }
        await rows.WriteAsync(
            new SaveRow(
                account.Value,
                folder.Value,
                result.UidValidity,
                result.Uids.Min,
                stored.EmailId.ToString()), AdminJson.Default.SaveRow, cancellationToken);
    }

    private InternalDate Date(string text)
    {
        if (text.Length == 0) return new InternalDate(time.GetLocalNow());
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds())
            return new InternalDate(DateTimeOffset.FromUnixTimeSeconds(seconds));
        return DateTimeOffset.TryParseExact(
            text, DateForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal | DateTimeStyles.AllowWhiteSpaces, out var date)
            ? new InternalDate(date)
            : throw new AdminException(
                AdminExit.Usage,
                $"{text} is not a date: 2026-01-31T12:00:00+01:00, 2026-01-31, 31-Jan-2026 12:00:00 +0100 and seconds since 1970 are");
    }
}

/// <summary>Flags as an operator writes them: <c>\Seen \Flagged $Work</c>, with blanks or commas.</summary>
internal static class FlagWords
{
    public static (SystemFlags Flags, ImmutableArray<string> Keywords) Parse(string text)
    {
        var flags = SystemFlags.None;
        var keywords = ImmutableArray.CreateBuilder<string>();
        foreach (var word in text.Split([' ', ',', '(', ')'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (word[0] != '\\') keywords.Add(Keyword(word));
            else if (word.Length > 1 && char.IsAsciiLetter(word[1]) && Enum.TryParse<SystemFlags>(word[1..], ignoreCase: true, out var flag) && IsSingle(flag))
                flags |= flag;
            else throw new AdminException(
                AdminExit.Usage, $"{word} is no flag of IMAP; there are \\Seen \\Answered \\Flagged \\Deleted \\Draft");
        }
        return (flags, keywords.ToImmutable());
    }

    public static IEnumerable<string> Names(SystemFlags flags)
    {
        foreach (var flag in Enum.GetValues<SystemFlags>())
        {
            if (IsSingle(flag) && (flags & flag) != 0) yield return "\\" + flag;
        }
    }

    private static bool IsSingle(SystemFlags flag) => flag != SystemFlags.None && Enum.IsDefined(flag);

    // RFC 9051 §9: flag-keyword is an atom.
    private static string Keyword(string word) =>
        word.All(c => c is > ' ' and < '\x7f' and not ('"' or '\\' or '%' or '*' or ']' or '{'))
            ? word
            : throw new AdminException(AdminExit.Usage, $"{word} cannot be a keyword");
}
