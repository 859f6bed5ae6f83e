namespace MailCluster.Hocon.Binding;

/// <summary>"Did you mean": the known word that a mistyped one most likely stands for.</summary>
public static class Spelling
{
    /// <summary>The nearest candidate within a third of the word's length (at least 1, at most 3 edits), or null.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        ArgumentNullException.ThrowIfNull(word);
        ArgumentNullException.ThrowIfNull(candidates);
        var limit = Math.Clamp(word.Length / 3, 1, 3);
        string? nearest = null;
        foreach (var candidate in candidates)
        {
            var distance = Distance(word, candidate, limit);
            if (distance <= limit)
            {
                (nearest, limit) = (candidate, distance - 1);
            }
        }
        return nearest;
    }

    /// <summary>Edits between two words: insert, delete, replace, or swap two neighbours; '-', '_' and case count as nothing.</summary>
    private static int Distance(string word, string candidate, int limit)
    {
        var left = Fold(word);
        var right = Fold(candidate);
        if (Math.Abs(left.Length - right.Length) > limit || left.Length > 100)
        {
            return int.MaxValue;
        }
        var table = new int[left.Length + 1, right.Length + 1];
        for (var row = 0; row <= left.Length; row++)
        {
            for (var column = 0; column <= right.Length; column++)
            {
                if (row == 0 || column == 0)
                {
                    table[row, column] = row + column;
                    continue;
                }
                var cost = left[row - 1] == right[column - 1] ? 0 : 1;
                var best = Math.Min(table[row - 1, column - 1] + cost, Math.Min(table[row - 1, column], table[row, column - 1]) + 1);
                var isSwap = row > 1 && column > 1 && left[row - 1] == right[column - 2] && left[row - 2] == right[column - 1];
                table[row, column] = isSwap ? Math.Min(best, table[row - 2, column - 2] + 1) : best;
            }
        }
        return table[left.Length, right.Length];
    }

    private static string Fold(string word) =>
        word.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
}
