using MailCluster.Hocon.Binding;

namespace MailCluster.Node.Configuration;

internal static partial class NodeOptionsReader
{
    private static (SieveScriptLimits Scripts, SieveLanguageSettings Language) ReadSieve(HoconSection sieve) =>
        (ReadScriptLimits(sieve), ReadSieveLanguage(sieve));

    private static SieveScriptLimits ReadScriptLimits(HoconSection sieve) => new(
        sieve.Integer("scripts", 1, 10_000),
        (int)sieve.Size("script-size", 4 << 10, 16 << 20),
        sieve.Size("scripts-size", 4 << 10, 1 << 30));

    private static ManageSieveServiceOptions ReadManageSieve(HoconSection section) => new(
        section.Boolean("show-version"),
        section.Integer("bad-commands", 1, 1_000_000),
        section.Integer("failed-logins", 1, 1_000_000));
}
