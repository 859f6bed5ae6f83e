using System.Collections.Immutable;
using System.Text;
using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Search;

namespace MailCluster.Imap.Wire.Syntax;

/// <summary>Reads search keys (RFC 9051 §9, search-key; RFC 3501, RFC 5032, RFC 7162, RFC 8474, RFC 8514).</summary>
/// <param name="charset">What texts are in; null for UTF-8.</param>
internal ref struct SearchKeyReader(Encoding? charset)
{
    private readonly Encoding? _charset = charset;
    private int _depth;
    private int _keys;

    /// <summary>
    /// One or more keys, all of which must hold; up to <c>)</c> if <paramref name="closed"/>, otherwise to the end of the command.
    /// </summary>
    public bool ExpectAll(scoped ref WireReader reader, bool closed, out SearchKey key)
    {
        if (!ExpectKey(ref reader, out key))
            return false;
        ImmutableArray<SearchKey>.Builder? keys = null;
        while (reader.TryReadByte((byte)' '))
        {
            if (!closed && reader.AtEnd)
                break;
            if (!ExpectKey(ref reader, out var next))
                return false;
            keys ??= ImmutableArray.CreateBuilder<SearchKey>();
            if (keys.Count == 0)
                keys.Add(key);
            keys.Add(next);
        }

        if (keys is not null)
            key = new SearchKey.And(keys.DrainToImmutable());
        return !closed || reader.ExpectClose();
    }

    private bool ExpectKey(scoped ref WireReader reader, out SearchKey key)
    {
        key = SearchKey.All.Instance;
        if (++_keys > reader.Limits.SearchKeysMax)
            return reader.Reject("Too many search keys", RejectionKind.Limit);
        if (++_depth > reader.Limits.NestingMax)
            return reader.Reject("Search keys are nested too deeply", RejectionKind.Limit);
        bool read;
        if (reader.TryReadByte((byte)'('))
            read = ExpectAll(ref reader, closed: true, out key);
        else if (reader.Peek is (byte)'*' or (byte)'$' or (>= (byte)'0' and <= (byte)'9'))
            read = ExpectMessages(ref reader, uid: false, out key);
        else if (reader.TryReadName(out var name))
            read = ExpectNamed(ref reader, name, out key);
        else
            read = reader.Reject("Search key expected");
        _depth--;
        return read;
    }

    private bool ExpectNamed(scoped ref WireReader reader, ReadOnlySpan<byte> name, out SearchKey key)
    {
        if (SearchKeyNames.TryFlag(name) is { } simple)
        {
            key = simple;
            return true;
        }

        key = SearchKey.All.Instance;
        var kind = SearchKeyNames.Find(name);
        if (kind == SearchKeyName.None)
            return reader.Reject("Unknown search key");
        if (!reader.ExpectSpace())
            return false;
        switch (kind)
        {
            case SearchKeyName.Not:
                if (!ExpectKey(ref reader, out var negated))
                    return false;
                key = new SearchKey.Not(negated);
                return true;
            case SearchKeyName.Or:
                if (!ExpectKey(ref reader, out var left) || !reader.ExpectSpace() || !ExpectKey(ref reader, out var right))
                    return false;
                key = new SearchKey.Or(left, right);
                return true;
            case SearchKeyName.Uid:
                return ExpectMessages(ref reader, uid: true, out key);
            case SearchKeyName.Keyword or SearchKeyName.Unkeyword:
                if (!reader.ExpectKeyword(out var keyword))
                    return false;
                key = new SearchKey.Keyword(keyword);
                if (kind == SearchKeyName.Unkeyword)
                    key = new SearchKey.Not(key);
                return true;
            case SearchKeyName.Larger or SearchKeyName.Smaller:
                if (!reader.ExpectNumber64(out var size))
                    return false;
                key = kind == SearchKeyName.Larger ? new SearchKey.Larger(size) : new SearchKey.Smaller(size);
                return true;
            case SearchKeyName.Older or SearchKeyName.Younger:
                if (!reader.ExpectNzNumber(out var seconds))
                    return false;
                key = new SearchKey.Within(kind == SearchKeyName.Younger, seconds);
                return true;
            case SearchKeyName.ModSeq:
                return ExpectModSeq(ref reader, out key);
            case SearchKeyName.EmailId or SearchKeyName.ThreadId:
                if (!reader.ExpectAStringText(out var id))
                    return false;
                key = kind == SearchKeyName.EmailId ? new SearchKey.EmailIdIs(id) : new SearchKey.ThreadIdIs(id);
                return true;
            case >= SearchKeyName.Before and <= SearchKeyName.SavedSince:
                if (!reader.ExpectDate(out var day))
                    return false;
                var index = kind - SearchKeyName.Before;
                key = new SearchKey.Date((DateSource)(index / 3), (DateRelation)(index % 3), day);
                return true;
            default:
                return ExpectText(ref reader, kind, out key);
        }
    }

    private bool ExpectText(scoped ref WireReader reader, SearchKeyName kind, out SearchKey key)
    {
        key = SearchKey.All.Instance;
        var field = SearchKeyNames.Field(kind);
        if (kind == SearchKeyName.Header && (!reader.ExpectAStringText(out field) || !reader.ExpectSpace()))
            return false;
        if (!reader.ExpectAString(out var value) || (_charset is null && !reader.ExpectUtf8(value)))
            return false;
        var text = (_charset ?? Encoding.UTF8).GetString(value);
        key = kind switch
        {
            SearchKeyName.Body => new SearchKey.Body(text),
            SearchKeyName.Text => new SearchKey.Text(text),
            _ => new SearchKey.Header(field, text),
        };
        return true;
    }

    private static bool ExpectMessages(scoped ref WireReader reader, bool uid, out SearchKey key)
    {
        var read = reader.ExpectSequenceSet(out var set);
        key = new SearchKey.Messages(set, uid);
        return read;
    }

    // "MODSEQ" [SP entry-name SP entry-type-req] SP mod-sequence-valzer
    private static bool ExpectModSeq(scoped ref WireReader reader, out SearchKey key)
    {
        key = SearchKey.All.Instance;
        if (reader.Peek == '"')
        {
            if (!reader.ExpectString(out var entry))
                return false;
            if (entry.Length <= 7 || !Ascii.EqualsIgnoreCase(entry[..7], "/flags/"u8))
                return reader.Reject("Unknown metadata entry");
            if (!reader.ExpectSpace())
                return false;
            if (!reader.TryReadWord("ALL"u8) && !reader.TryReadWord("PRIV"u8) && !reader.TryReadWord("SHARED"u8))
                return reader.Reject("Entry type expected: all, priv or shared");
            if (!reader.ExpectSpace())
                return false;
        }

        if (!reader.ExpectModSeq(out ModSeq modSeq))
            return false;
        key = new SearchKey.ModSeqSince(modSeq.Value);
        return true;
    }
}
