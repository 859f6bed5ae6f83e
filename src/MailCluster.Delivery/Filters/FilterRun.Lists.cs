using MailCluster.Sieve;

namespace MailCluster.Delivery.Filters;

/// <summary>redirect to the members of a list (RFC 6134 §2.5).</summary>
internal sealed partial class FilterRun
{
    private async ValueTask RedirectToListAsync(SieveRedirect redirect, string list, string messageId, CancellationToken cancellationToken)
    {
        if (await services.Lists.MembersAsync(recipient.Account, list, cancellationToken) is not { } members)
        {
            NotDone($"redirect to the list \"{list}\": there is no such list");
            return;
        }

        var addresses = members.Where(MailText.IsAddress).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (addresses.Count == 0 || addresses.Count > services.Lists.RedirectMax)
        {
            // All of them or none: nobody would know who got it.
            NotDone(addresses.Count == 0
                ? $"redirect to the list \"{list}\": it has no addresses"
                : $"redirect to the list \"{list}\": it has {addresses.Count} addresses, and {services.Lists.RedirectMax} are allowed (sieve.lists.redirect)");
            return;
        }

        foreach (var address in addresses)
            await RedirectAsync(redirect with { List = null, Address = address }, messageId, cancellationToken);
    }
}
