using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using MailCluster.Hocon.Binding;
using MailCluster.Sieve;

namespace MailCluster.Node.Configuration;

internal static partial class NodeOptionsReader
{
    private static SieveLanguageSettings ReadSieveLanguage(HoconSection section, SieveDeliverySettings delivery)
    {
        var run = new SieveRunOptions
        {
            Spam = section.Section("spamtest", scanner => ReadScanner(scanner, 10)),
            Virus = section.Section("virustest", scanner => ReadScanner(scanner, 5)),
        };
        var compiler = section.Section("vacation", ReadVacation) with
        {
            PersonalExtensions = ReadExtensions(section, "extensions", SieveExtensions.PersonalDefault, run, delivery),
            GlobalExtensions = ReadExtensions(
                section, "global-extensions", [.. SieveExtensions.GlobalDefault, .. ProgramExtensions(delivery)], run, delivery),
            ProtectedFields = [.. section.Texts("protected-fields", NotEmpty)],
        };
        return new SieveLanguageSettings(compiler, section.Section("limits", ReadRunLimits), run);
    }

    private static SieveCompilerOptions ReadVacation(HoconSection section)
    {
        var min = section.Duration("min-interval", TimeSpan.Zero, Year);
        var max = section.Duration("max-interval", TimeSpan.FromSeconds(1), Year);
        var usual = section.Duration("default-interval", TimeSpan.Zero, Year);
        if (min > max)
            section.Fault("max-interval", "expected no less than min-interval");
        if (usual < min || usual > max)
            section.Fault("default-interval", "expected a time between min-interval and max-interval");
        return new SieveCompilerOptions { VacationIntervalMin = min, VacationIntervalDefault = usual, VacationIntervalMax = max };
    }

    private static SieveRunLimits ReadRunLimits(HoconSection section) => new()
    {
        OperationsMax = section.Integer("operations", 10_000, 1_000_000_000),
        TimeMax = section.Duration("time", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5)),
        ActionsMax = section.Integer("actions", 2, 1000),
        RedirectsMax = section.Integer("redirects", 0, 1000),
        NotificationsMax = section.Integer("notifications", 0, 1000),
        IncludeDepthMax = section.Integer("include-depth", 1, 32),
        IncludesMax = section.Integer("includes", 0, 10_000),
    };

    private static ImmutableArray<string> ReadExtensions(HoconSection section, string key, ImmutableArray<string> usual, SieveRunOptions run, SieveDeliverySettings delivery)
    {
        var given = section.Texts(key, text => SieveExtensions.IsKnown(text.TrimStart('-'))
            ? text == "extlists" && delivery.Lists.Lists.IsEmpty ? "an extension that is set up: sieve.lists.entries names no lists"
                : text == "imapsieve" && !delivery.ImapEvents.IsEnabled ? "an extension that is set up: sieve.imap-events has neither rules nor a url" : null
            : $"an extension of Sieve, such as {Spelling.Nearest(text.TrimStart('-'), SieveExtensions.All) ?? "editheader"}, or one with a minus");
        if (run.Spam is not null)
            usual = usual.AddRange("spamtest", "spamtestplus");
        if (run.Virus is not null)
            usual = usual.Add("virustest");
        return [.. usual.Concat(given.Where(static name => !name.StartsWith('-'))).Distinct().Where(name => !given.Contains("-" + name))];
    }

    /// <param name="most">The number that stands for certainty.</param>
    private static SieveScanner? ReadScanner(HoconSection section, int most)
    {
        var field = section.OptionalText("field");
        var pattern = ReadPattern(section, "pattern");
        var form = section.Choice("form", ("score", SieveScannerForm.Score), ("length", SieveScannerForm.Length), ("word", SieveScannerForm.Word));
        var max = section.Number("max", 0.001, 1_000_000);
        var maxField = section.OptionalText("max-field");
        var maxPattern = ReadPattern(section, "max-pattern");
        var words = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var text in section.Texts("words", text => TryReadWord(text, most, out _, out _) ? null : $"a word and a number from 1 to {most}, such as \"yes={most}\""))
        {
            if (TryReadWord(text, most, out var word, out var number))
                words[word] = number;
        }

        if (field is not null && form == SieveScannerForm.Word && words.Count == 0)
            section.Fault("words", "expected at least one word, since form = word");
        return field is null ? null : new SieveScanner(field, pattern, form, max, maxField, maxPattern, words);
    }

    private static bool TryReadWord(string text, int most, out string word, out int number)
    {
        var equals = text.LastIndexOf('=');
        word = equals <= 0 ? "" : text[..equals].Trim();
        number = 0;
        return word.Length > 0 && int.TryParse(text.AsSpan(equals + 1).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= 1 && number <= most;
    }

    private static Regex? ReadPattern(HoconSection section, string key)
    {
        if (section.OptionalText(key) is not { } text)
            return null;
        if (SieveScanner.TryReadPattern(text, out var pattern, out var fault))
            return pattern;
        section.Fault(key, $"expected a POSIX extended regular expression; {fault}");
        return null;
    }
}
