using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Responses;

/// <summary>
/// The keyword sets of one folder version as they are written, each keyword with a space before it. Made once per version and set, and
/// shared by all sessions that have the folder open.
/// </summary>
internal sealed class KeywordText
{
    private static readonly ConditionalWeakTable<KeywordSets, KeywordText> Texts = [];

    private readonly KeywordSets _sets;
    private readonly byte[]?[] _texts;

    private KeywordText(KeywordSets sets)
    {
        _sets = sets;
        _texts = new byte[sets.Count][];
    }

    public static KeywordText Of(KeywordSets sets) => Texts.GetValue(sets, static key => new KeywordText(key));

    // Two threads may make the same text; either is right.
    public ReadOnlySpan<byte> this[int set] => set == 0 ? default : _texts[set] ??= Make(_sets[set]);

    private static byte[] Make(ImmutableArray<string> keywords) =>
        Encoding.ASCII.GetBytes(string.Concat(keywords.Select(static keyword => " " + keyword)));
}
