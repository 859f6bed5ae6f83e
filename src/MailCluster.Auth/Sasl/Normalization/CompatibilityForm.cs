using System.Text;

namespace MailCluster.Auth.Sasl.Normalization;

/// <summary>
/// Normalization form KC (Unicode Standard Annex 15): compatibility decomposition, combining marks in the order of their classes, canonical composition. So one word that
/// was typed in two ways, precomposed or with marks, full width or with ligatures, is one word.
/// </summary>
internal static class CompatibilityForm
{
    // Unicode §3.12: Hangul syllables are computed of their letters.
    private const int SyllableBase = 0xac00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TrailBase = 0x11a7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TrailCount = 28;
    private const int SyllableCount = LeadCount * VowelCount * TrailCount;

    public static string Normalize(string text)
    {
        var points = Decompose(text);
        Order(points);
        Compose(points);
        var normalized = new StringBuilder(text.Length);
        foreach (var point in points) normalized.Append(new Rune(point).ToString());
        return normalized.ToString();
    }

    private static List<int> Decompose(string text)
    {
        var points = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is >= SyllableBase and < SyllableBase + SyllableCount)
            {
                var index = rune.Value - SyllableBase;
                points.Add(LeadBase + (index / (VowelCount * TrailCount)));
                points.Add(VowelBase + (index % (VowelCount * TrailCount) / TrailCount));
                if (index % TrailCount > 0) points.Add(TrailBase + (index % TrailCount));
            }
            else if (UnicodeTables.Shared.Decompose(rune.Value) is { } decomposed)
            {
                points.AddRange(decomposed);
            }
            else
            {
                points.Add(rune.Value);
            }
        }

        return points;
    }

    // Marks between two starters, by class; those of one class stay in their order. A user name or password has few: insertion is the shortest way.
    private static void Order(List<int> points)
    {
        for (var i = 1; i < points.Count; i++)
        {
            var point = points[i];
            var its = UnicodeTables.Shared.ClassOf(point);
            if (its == 0) continue;
            var at = i;
            for (; at > 0 && UnicodeTables.Shared.ClassOf(points[at - 1]) > its; at--) points[at] = points[at - 1];
            points[at] = point;
        }
    }

    private static void Compose(List<int> points)
    {
        var starter = -1;
        var kept = 0;
        var before = 0; // The class of the one kept last, where that is behind the starter.
        for (var i = 0; i < points.Count; i++)
        {
            var point = points[i];
            var its = UnicodeTables.Shared.ClassOf(point);
            var isNext = starter == kept - 1;
            // Blocked by a mark of the same class or by a starter in between.
            if (starter >= 0 && (isNext || (before != 0 && before < its)) && ComposeTwo(points[starter], point) is var composed and >= 0)
            {
                points[starter] = composed;
                continue;
            }

            if (its == 0) starter = kept;
            before = its;
            points[kept++] = point;
        }

        points.RemoveRange(kept, points.Count - kept);
    }

    private static int ComposeTwo(int first, int second)
    {
        if (first is >= LeadBase and < LeadBase + LeadCount && second is >= VowelBase and < VowelBase + VowelCount)
            return SyllableBase + ((((first - LeadBase) * VowelCount) + second - VowelBase) * TrailCount);
        if (first is >= SyllableBase and < SyllableBase + SyllableCount && (first - SyllableBase) % TrailCount == 0
            && second is > TrailBase and < TrailBase + TrailCount)
            return first + second - TrailBase;
        return UnicodeTables.Shared.Compose(first, second);
    }
}
