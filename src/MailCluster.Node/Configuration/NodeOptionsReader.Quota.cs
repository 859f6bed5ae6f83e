using System.Globalization;
using MailCluster.Delivery;
using MailCluster.Hocon;
using MailCluster.Hocon.Binding;
using MailCluster.Mailboxes;

namespace MailCluster.Node.Configuration;

internal static partial class NodeOptionsReader
{
    private const long StorageMax = 1L << 60;

    private static QuotaSettings ReadQuota(HoconSection section) => new()
    {
        Rules = ReadFolderRules(section) with
        {
            Storage = section.SizeOrOff("storage", 1 << 10, StorageMax),
            Messages = section.IntegerOrOff("messages", 1, long.MaxValue - 1),
        },
        Grace = ReadGrace(section),
        UserDatabaseAge = section.Duration("user-database-age", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
        DeferWhenFull = section.Choice("when-full", ("reject", false), ("defer", true)),
        Warnings = section.List("warnings", ReadWarning),
        Status = section.Section("status", status => new QuotaStatusSettings(status.Choice("unknown-user", ("pass", false), ("reject", true)))),
    };

    private static QuotaRules ReadFolderRules(HoconSection section)
    {
        var texts = section.Texts("folders", text => QuotaFields.TryReadRules([text], out var rules, out _) && rules.Folders.Length == 1
            ? null
            : "a folder and its rule, such as \"Trash:storage=+10%\" or \"Junk:ignore\"");
        return QuotaFields.TryReadRules(texts, out var all, out _) ? all : QuotaRules.None;
    }

    // The list's entries are the user's alone: what they leave out has no default in the reference.
    private static QuotaWarning ReadWarning(HoconSection entry)
    {
        var at = entry.Text("at", text => TryReadPercent(text, out var percent) && percent is >= 1 and <= 1000 ? null : "a part of the limit such as 80%");
        TryReadPercent(at, out var threshold);
        var usual = QuotaWarning.Default(threshold, entry.Has("when") && entry.Choice("when", ("rising", false), ("falling", true)));
        return usual with
        {
            Subject = entry.Has("subject") ? entry.Text("subject", text => text.Length > 0 && !text.Any(char.IsControl) ? null : "one line of text") : usual.Subject,
            Text = ReadWarningText(entry) ?? usual.Text,
        };
    }

    private static string? ReadWarningText(HoconSection entry)
    {
        if (entry.Has("text"))
        {
            if (entry.Has("text-file"))
            {
                entry.Fault("text-file", "expected either text or text-file");
                entry.Text("text-file");
            }
            return entry.Text("text");
        }
        if (!entry.Has("text-file"))
        {
            return null;
        }
        var file = entry.Text("text-file", NotEmpty);
        try
        {
            return File.ReadAllText(FullPath(file));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            entry.Fault("text-file", $"expected a file that can be read: {error.Message}");
            return null;
        }
    }

    private static QuotaAmount ReadGrace(HoconSection section)
    {
        var text = section.Text("grace", text => TryReadGrace(text, out _) ? null : $"a part of the limit such as 10%, up to 100%, or {HoconUnits.SizeForm}");
        return TryReadGrace(text, out var grace) ? grace : QuotaAmount.Zero;
    }

    private static bool TryReadGrace(string text, out QuotaAmount grace)
    {
        grace = default;
        if (TryReadPercent(text, out var percent) && percent <= 100)
            grace = new QuotaAmount(percent, QuotaAmountKind.AddedPercent);
        else if (!text.EndsWith('%') && HoconUnits.TryParseSize(text, out var bytes) && bytes <= StorageMax)
            grace = new QuotaAmount(bytes, QuotaAmountKind.Added);
        else
            return false;
        return true;
    }

    private static bool TryReadPercent(string text, out int percent)
    {
        percent = 0;
        return text.EndsWith('%') && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out percent);
    }
}
