using MailCluster.Mailboxes;

namespace MailCluster.Simulation.Tests.Checks;

/// <summary>Compares what two versions of a folder show to a client.</summary>
internal static class FolderViews
{
    /// <summary>The first difference, for people; null when there is none.</summary>
    internal static string? Difference(FolderIndex expected, FolderIndex actual)
    {
        if (ReferenceEquals(expected, actual))
        {
            return null;
        }

        if (expected.UidValidity != actual.UidValidity || expected.UidNext != actual.UidNext || expected.Exists != actual.Exists)
        {
            return $"UIDVALIDITY {actual.UidValidity} UIDNEXT {actual.UidNext} EXISTS {actual.Exists}, not "
                + $"{expected.UidValidity} {expected.UidNext} {expected.Exists}";
        }

        for (var i = 0; i < expected.Exists; i++)
        {
            var (wanted, row) = (expected.RowAt(i), actual.RowAt(i));
            if ((wanted with { KeywordSet = 0 }) != (row with { KeywordSet = 0 })
                || !expected.Keywords[wanted.KeywordSet].SequenceEqual(actual.Keywords[row.KeywordSet]))
            {
                return $"message {i + 1} is {row}, not {wanted}";
            }
        }

        return null;
    }
}
