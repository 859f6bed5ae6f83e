using MailCluster.Imap.Commands;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Responses;

/// <summary>SEARCH and ESEARCH (RFC 3501 §7.2.5, RFC 9051 §7.3.4, RFC 4731, RFC 7162 §3.1.5).</summary>
internal ref partial struct ResponseWriter
{
    /// <summary>
    /// IMAP4rev1's SEARCH. <paramref name="highest"/> is the greatest mod-sequence of the found, if the search asked by MODSEQ.
    /// </summary>
    public void Search(UidSet numbers, ModSeq? highest)
    {
        Raw("* SEARCH"u8);
        foreach (var range in numbers.Ranges)
        {
            for (var number = (long)range.First; number <= range.Last; number++)
            {
                Space();
                Number(number);
            }
        }

        if (highest is { } modSeq && !numbers.IsEmpty)
        {
            Raw(" (MODSEQ "u8);
            Number(modSeq.Value);
            Close();
        }

        Crlf();
    }

    /// <summary>
    /// ESEARCH with the results that were asked for; MIN, MAX and ALL are left out when nothing was found (RFC 4731 §3.1).
    /// </summary>
    public void ESearch(string tag, bool uid, SearchReturn returns, UidSet numbers, ModSeq? highest)
    {
        Raw("* ESEARCH (TAG "u8);
        String(tag);
        Close();
        if (uid)
            Raw(" UID"u8);
        if (!numbers.IsEmpty)
        {
            if ((returns & SearchReturn.Min) != 0)
                Item(" MIN "u8, numbers.Min);
            if ((returns & SearchReturn.Max) != 0)
                Item(" MAX "u8, numbers.Max);
            if ((returns & SearchReturn.All) != 0)
            {
                Raw(" ALL "u8);
                Set(numbers);
            }
        }

        if ((returns & SearchReturn.Count) != 0)
            Item(" COUNT "u8, numbers.UidCount);
        if (highest is { } modSeq && !numbers.IsEmpty)
            Item(" MODSEQ "u8, modSeq.Value);
        Crlf();
    }

    private void Item(ReadOnlySpan<byte> name, long number)
    {
        Raw(name);
        Number(number);
    }
}
