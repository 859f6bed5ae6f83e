using MailCluster.Delivery.Filters;
using MailCluster.Hocon.Binding;

namespace MailCluster.Node.Configuration;

internal static partial class NodeOptionsReader
{
    private static (SieveScriptLimits Scripts, SieveLanguageSettings Language, SieveDeliverySettings Delivery) ReadSieve(HoconSection sieve)
    {
        var delivery = ReadSieveDelivery(sieve);
        return (ReadScriptLimits(sieve), ReadSieveLanguage(sieve, delivery), delivery);
    }

    private static SieveDeliverySettings ReadSieveDelivery(HoconSection sieve) => new()
    {
        IsEnabled = sieve.Boolean("enabled"),
        Before = ReadFiles(sieve, "before"),
        Default = sieve.OptionalText("default") is { } file ? FileOf(sieve, "default", file) : null,
        After = ReadFiles(sieve, "after"),
        GlobalDirectory = sieve.OptionalText("global-dir") is { } directory ? Path.GetFullPath(directory) : null,
        CreateFolders = sieve.Boolean("create-folders"),
        SubscribeFolders = sieve.Boolean("subscribe-folders"),
        RedirectFrom = sieve.Choice(
            "redirect-from", ("original", RedirectSender.Original), ("recipient", RedirectSender.Recipient), ("none", RedirectSender.None)),
        ReportFrom = ReadReportFrom(sieve),
        Programs = sieve.Section("programs", ReadPrograms),
        Lists = sieve.Section("lists", ReadLists),
        RedirectMemory = sieve.Duration("redirect-memory", TimeSpan.FromMinutes(1), TimeSpan.FromDays(30)),
        ImapEvents = sieve.Section("imap-events", ReadImapEvents),
        TellOwner = sieve.Boolean("tell-owner"),
    };

    private static string[] ReadFiles(HoconSection sieve, string key) => [.. sieve.Texts(key).Select(file => FileOf(sieve, key, file))];

    private static string FileOf(HoconSection sieve, string key, string file)
    {
        if (!File.Exists(file))
        {
            sieve.Fault(key, $"there is no file {file}");
        }
        return Path.GetFullPath(file);
    }

    private static SieveScriptLimits ReadScriptLimits(HoconSection sieve) => new(
        sieve.Integer("scripts", 1, 10_000),
        (int)sieve.Size("script-size", 4 << 10, 16 << 20),
        sieve.Size("scripts-size", 4 << 10, 1 << 30));

    private static ManageSieveServiceOptions ReadManageSieve(HoconSection section) => new(
        section.Boolean("show-version"),
        section.Integer("bad-commands", 1, 1_000_000),
        section.Integer("failed-logins", 1, 1_000_000));
}
