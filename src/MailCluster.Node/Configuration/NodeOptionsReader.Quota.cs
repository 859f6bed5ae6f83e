using System.Globalization;
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
        Status = section.Section("status", status => new QuotaStatusSettings(status.Choice("unknown-user", ("pass", false), ("reject", true)))),
    };

    private static QuotaRules ReadFolderRules(HoconSection section)
    {
        var texts = section.Texts("folders", text => QuotaFields.TryReadRules([text], out var rules, out _) && rules.Folders.Length == 1
            ? null
            : "a folder and its rule, such as \"Trash:storage=+10%\" or \"Junk:ignore\"");
        return QuotaFields.TryReadRules(texts, out var all, out _) ? all : QuotaRules.None;
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
