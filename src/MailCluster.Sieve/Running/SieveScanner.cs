using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using MailCluster.Sieve.Matching;

namespace MailCluster.Sieve;

/// <summary>How the value in a scanner's header field is to be read.</summary>
public enum SieveScannerForm
{
    /// <summary>A number.</summary>
    Score = 0,

    /// <summary>A run of characters: its length counts, as in <c>X-Spam-Level: *****</c>.</summary>
    Length = 1,

    /// <summary>A word that means a number: <see cref="SieveScanner.Words"/>.</summary>
    Word = 2,
}

/// <summary>
/// Reads what a scanner left in a message's header. The field has to be removed from what comes in from outside, or senders would grade themselves.
/// </summary>
/// <param name="Field">The field's name.</param>
/// <param name="Pattern">Finds the value, in its first group or as a whole; null takes the whole field.</param>
/// <param name="Form">How the value is read.</param>
/// <param name="Max">The value that stands for certainty; ignored for words.</param>
/// <param name="MaxField">A field that holds the value for certainty instead, found by <paramref name="MaxPattern"/>; null for none.</param>
/// <param name="MaxPattern">As <paramref name="Pattern"/>.</param>
/// <param name="Words">Which words mean which number: for spam 1 to 10, for viruses 1 to 5.</param>
public sealed record SieveScanner(
    string Field,
    Regex? Pattern,
    SieveScannerForm Form,
    double Max,
    string? MaxField = null,
    Regex? MaxPattern = null,
    IReadOnlyDictionary<string, int>? Words = null)
{
    /// <summary>Reads a pattern as scripts have them: an extended regular expression of POSIX, disregarding the case of letters.</summary>
    /// <param name="fault">What is wrong with it.</param>
    public static bool TryReadPattern(string text, [NotNullWhen(true)] out Regex? pattern, [NotNullWhen(false)] out string? fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        (pattern, fault) = (null, null);
        try
        {
            pattern = PosixRegex.Translate(text, true, SieveRunLimits.Default.RegexTimeMax);
        }
        catch (SievePatternException e)
        {
            fault = e.Message;
        }

        return pattern is not null;
    }

    /// <summary>A share of certainty from 0 to 1, or for words the number; null if the message was not scanned.</summary>
    internal double? Read(SieveMessage message)
    {
        if (Find(message, Field, Pattern) is not { } text)
            return null;
        switch (Form)
        {
            case SieveScannerForm.Word:
                return Words is not null && Words.TryGetValue(text.Trim(), out var number) ? number : null;
            case SieveScannerForm.Length:
                return Share(text.Trim().Length, message);
            default:
                return double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var score) ? Share(score, message) : null;
        }
    }

    private double? Share(double score, SieveMessage message)
    {
        var max = Max;
        if (MaxField is not null)
        {
            if (Find(message, MaxField, MaxPattern) is not { } text || !double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out max))
                return null;
        }

        return max > 0 && double.IsFinite(score) ? Math.Clamp(score / max, 0, 1) : null;
    }

    private static string? Find(SieveMessage message, string field, Regex? pattern)
    {
        if (message.Root.Fields(field) is not [var first, ..])
            return null;
        if (pattern is null)
            return first.Text;
        var match = pattern.Match(first.Text);
        return !match.Success ? null : match.Groups.Count > 1 ? match.Groups[1].Value : match.Value;
    }
}
